import { mount } from 'svelte'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import App from './App.svelte'
import { startTheme } from './theme'

startTheme()

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no #app')
mount(App, { target })
