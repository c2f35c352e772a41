import { mount } from 'svelte'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import App from './App.svelte'
import { startLayout } from './layout'
import { startTheme } from './theme'

startTheme()
startLayout()

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no #app')
mount(App, { target })
